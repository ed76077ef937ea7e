"""Reads what gcc writes with -fcallgraph-info=su,da: who calls whom, and the stack of each frame.
Calls through pointers have no named target there. Where the relocations of an object are read too,
a function that hands another one's address down to a caller of pointers counts as calling it
through that one; what is left are callbacks of the host or of a store."""
import re

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')


class Graph:
    def __init__(self):
        self.calls = {}    # name: set of names
        self.frame = {}    # name: bytes, of functions that are defined
        self.dynamic = {}  # name: what gcc says of a frame whose size is not fixed
        self.refers = {}   # name: (file, symbol) of what it refers to

    def load(self, path):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        # A static function is titled "file.c:name", which two files of one
        # name would share.
        own = lambda title: title if ":" not in title else path + ":" + title.split(":")[-1]
        for title, label in NODE.findall(text):
            size = re.search(r"(\d+) bytes \(([^)]*)\)", label)
            if size:
                self.frame[own(title)] = int(size.group(1))
                objects = re.search(r"([1-9]\d*) dynamic objects", label)
                # "dynamic,bounded" without objects is room for arguments.
                if size.group(2) == "dynamic" or objects:
                    self.dynamic[own(title)] = label.replace("\\n", ", ")
        for source, target in EDGE.findall(text):
            self.calls.setdefault(own(source), set()).add(own(target))

    def load_relocations(self, path, text):
        """Of the object whose .ci file was at `path`: the output of objdump -r, where each function
        and each table has a section of its own."""
        refers = {}
        for section in text.split("RELOCATION RECORDS FOR ")[1:]:
            name = section[1:section.index("]")]
            refers[name] = set(re.findall(r"R_ARM_ABS32\s+(\S+)", section))
        for name, targets in refers.items():
            own = self.own(path, name[6:])
            if not name.startswith(".text.") or own not in self.frame:
                continue
            for table in [t for t in targets if t.startswith(".rodata.")]:
                targets = targets | refers.get(table, set())
            self.refers[own] = {(path, t.replace(".text.", "")) for t in targets}

    def own(self, path, name):
        return name if name in self.frame else path + ":" + name

    def takes(self, name):
        """Functions whose address `name` takes, its own file's or any other's; its own address is
        in the tables of its switches."""
        found = {self.own(path, target) for path, target in self.refers.get(name, ())}
        return {f for f in found if f in self.frame and f != name}

    def through(self, name):
        """Of the shortest chains of callees of `name` that end in a call through a pointer, the one
        that takes the most stack."""
        chains, seen = [[name]], {name}
        while chains:
            ends = [c for c in chains if "__indirect_call" in self.calls.get(c[-1], ())]
            if ends:
                return max(ends, key=lambda c: sum(self.frame[n] for n in c[1:]))[1:]
            longer = []
            for chain in chains:
                for callee in sorted(self.calls.get(chain[-1], ())):
                    if callee in self.frame and callee not in seen:
                        seen.add(callee)
                        longer.append(chain + [callee])
            chains = longer
        return None

    def edges(self, name):
        """Functions that `name` calls, as chains whose last element is the called one."""
        found = [[c] for c in sorted(self.calls.get(name, ())) if c in self.frame]
        takes = self.takes(name)
        through = self.through(name) if takes else None
        if through is not None:
            found += [through + [f] for f in sorted(takes)]
        return found

    def cycle(self):
        """A list of names that call each other round, or None."""
        state = {}
        for start in sorted(self.frame):
            if start in state:
                continue
            path = [(start, iter(self.edges(start)))]
            state[start] = "open"
            while path:
                name, edges = path[-1]
                edge = next(edges, None)
                if edge is None:
                    state[name] = "done"
                    path.pop()
                elif state.get(edge[-1]) == "open":
                    names = [n for n, _ in path]
                    return names[names.index(edge[-1]):] + [edge[-1]]
                elif edge[-1] not in state:
                    state[edge[-1]] = "open"
                    path.append((edge[-1], iter(self.edges(edge[-1]))))
        return None

    def depths(self):
        """For each function (deepest stack in bytes, the names on that path); no cycles."""
        done = {}
        stack = list(self.frame)
        while stack:
            name = stack[-1]
            edges = self.edges(name)
            waiting = [edge[-1] for edge in edges if edge[-1] not in done]
            if name in done or not waiting:
                stack.pop()
                deepest = max(((sum(self.frame[n] for n in edge[:-1]) + done[edge[-1]][0],
                                edge[:-1] + done[edge[-1]][1]) for edge in edges),
                              default=(0, []))
                done.setdefault(name, (self.frame[name] + deepest[0], [name] + deepest[1]))
            else:
                stack += waiting
        return done
