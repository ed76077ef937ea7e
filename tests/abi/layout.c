/* All is said when this program and its neighbours compile. */
int main(void)
{
	return 0;
}
