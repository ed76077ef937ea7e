"""Reads what gcc writes with -fcallgraph-info=su,da: who calls whom, and the stack of each frame.
Calls through pointers have no named target; they are callbacks of the host or of a store."""
import re

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')


class Graph:
    def __init__(self):
        self.calls = {}    # name: set of names
        self.frame = {}    # name: bytes, of functions that are defined
        self.dynamic = {}  # name: what gcc says of a frame whose size is not fixed

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

    def cycle(self):
        """A list of names that call each other round, or None."""
        state = {}
        for start in sorted(self.frame):
            path = [(start, iter(sorted(self.calls.get(start, ()))))]
            if start in state:
                continue
            state[start] = "open"
            while path:
                name, targets = path[-1]
                target = next(targets, None)
                if target is None:
                    state[name] = "done"
                    path.pop()
                elif state.get(target) == "open":
                    names = [n for n, _ in path]
                    return names[names.index(target):] + [target]
                elif target not in state:
                    state[target] = "open"
                    path.append((target, iter(sorted(self.calls.get(target, ())))))
        return None

    def depths(self):
        """For each function (deepest stack in bytes, next callee on that path); no cycles."""
        done = {}
        stack = list(self.frame)
        while stack:
            name = stack[-1]
            callees = [c for c in self.calls.get(name, ()) if c in self.frame]
            waiting = [c for c in callees if c not in done]
            if name in done or not waiting:
                stack.pop()
                deepest = max(((done[c][0], c) for c in callees), default=(0, None))
                done.setdefault(name, (self.frame[name] + deepest[0], deepest[1]))
            else:
                stack += waiting
        return done
