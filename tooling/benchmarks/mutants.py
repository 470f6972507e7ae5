"""Mutation test of the conformance vectors: applies every small change to `decide`, one at a time.

A mutant is `inforce.acceptance` with one comparison, operator, constant, branch, statement or returned value changed.
It is killed if the result of a vector differs, if an error is missing or has another path, or if it exceeds the time
limit. Not mutated: docstrings, annotations, decorators, names of rows, error messages, and `forms`, which contains only
types.

Prints the figures and the survivors. Mutants equivalent to the original are listed in EQUIVALENT with the
reason; the exit code is 1 if others survive.
"""

from __future__ import annotations

import ast
import importlib
import json
import signal
import sys
from collections.abc import Callable, Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, NamedTuple

import inforce.acceptance
from inforce.errors import ShapeError

ROOM = "inforce.acceptance"
FOLDER = Path(inforce.acceptance.__file__).parent
SOURCES = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.py"))}
ORIGINAL = {name: compile(source, f"{name}.py", "exec") for name, source in SOURCES.items()}
SECONDS_ALLOWED = 5.0

EQUIVALENT = {
    ("newest_no = (0, 0)", 16, "1"): "without a negative answer, its instant is not used",
    (
        "return cls(have, yes.get(have, 0), *newest_no, flags, turns)",
        31,
        "1",
    ): "without a positive answer, its instant is not used",
    ("number = max(record.seq, timeline.lifts.get(record.seq, 0))", 56, "1"): "every number is at least 1",
    ("return 1 if record.act in NO else -1", 7, "2"): "any place after 0 is last",
    ("return 1 if record.act in NO else -1", 35, "2"): "any place before 0 is first",
    (
        "return [turn for date in dates for turn in (date, date + 1, date - DAY + 1)]",
        57,
        "2",
    ): "the date itself is earlier, and at the date the next second is later than both",
    (
        'return ShapeError(f"{path}.{wrong.path}" if wrong.path else path, wrong.problem)',
        18,
        "f'{path}.{wrong.path}'",
    ): "only a manifest contains items that are not objects, and its errors are not reported",
    ("SECOND: Final = 1_000", 16, "1001"): "any unit that represents milliseconds is equivalent",
    ('return seconds * SECOND + int(((fraction or "") + "000")[:3])', 50, "'000~'"): "the fourth character is cut off",
    (
        "return number <= highest or number <= max(self.cancelled, default=0)",
        28,
        "number < max(self.cancelled, default=0)",
    ): "cancelled numbers are handled before",
    (
        "published = version.digests.get(record.language) if version and record.language is not None else None",
        52,
        "version",
    ): "a JSON object has no key null",
    (
        '_RANK: Final[tuple[Outcome, ...]] = ("ok", "notice", "stale", "prompt", "block")',
        53,
        "'stale~'",
    ): "only a manifest can be stale",
    (
        "if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):",
        3,
        "isinstance(value, bool) or not isinstance(value, (int, float))",
    ): "JSON has no infinite number",
    ('outcome: Outcome = "ok"', 19, "'ok~'"): "only rows that lead to another table have no outcome",
    ('Row("B15", lambda _: True, "prompt"),', 21, "False"): "the last row is the default",
    ('Row("Q3", lambda _: True, "ok", "current"),', 20, "False"): "the last row is the default",
    (
        "return self if self.now > instant else self._replace(now=instant)",
        15,
        "self.now >= instant",
    ): "raising to the same instant has no effect",
    ("if have >= self.floor:", 0, "pass"): "nothing is enforced if no version is unmet; this is only faster",
    (
        "if have >= self.floor:",
        3,
        "have > self.floor",
    ): "nothing is enforced if no version is unmet; this is only faster",
    (
        'Row("B6", lambda case: case.settled() and case.outdated(), "prompt", "expired", deferrable=True),',
        23,
        "case.outdated()",
    ): "B8 has the same outcome, and no row in between applies to its cases",
    (
        'Row("B8", lambda case: case.refused() and case.outdated(), "prompt", "expired", deferrable=True),',
        23,
        "case.outdated()",
    ): "after B7, only a refused consent can be outdated",
}

SWAPS: dict[type[ast.AST], tuple[Any, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv,),
    ast.FloorDiv: (ast.Mult,),
}


class Place(NamedTuple):
    """The place of a node in the tree: a field of its parent, or an item of a field that is a list."""

    parent: ast.AST
    field: str
    item: int | None

    def put(self, node: ast.AST) -> None:
        """Insert `node` at this place."""
        if self.item is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.item] = node


class Mutant(NamedTuple):
    """A changed module.

    `key` consists of the code of the line, the column and the new code, so it survives moved lines.
    """

    module: str
    key: tuple[str, int, str]
    code: CodeType


def mutants() -> Iterator[Mutant]:
    """Yield every mutant of the package."""
    for module in sorted(SOURCES.keys() - {"__init__", "forms"}):
        tree = ast.parse(SOURCES[module])
        for place, node in list(_nodes(tree)):
            for other in _alternatives(node):
                if ast.unparse(other) == ast.unparse(node):
                    continue
                line = SOURCES[module].splitlines()[node.lineno - 1]
                column = node.col_offset - len(line) + len(line.lstrip())
                place.put(
                    ast.fix_missing_locations(other if hasattr(other, "lineno") else ast.copy_location(other, node))
                )
                code = compile(tree, f"{module}.py", "exec")
                yield Mutant(module, (line.strip(), column, _short(other)), code)
                place.put(node)


def _nodes(parent: ast.AST) -> Iterator[tuple[Place, ast.stmt | ast.expr]]:
    """Yield the statements and expressions below `parent` that can be mutated, each with its place."""
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns", "decorator_list", "bases", "op", "ops"):
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or _spared(parent, node):
                continue
            if isinstance(node, (ast.stmt, ast.expr)):
                yield Place(parent, field, index), node
            yield from _nodes(node)


def _spared(parent: ast.AST, node: ast.AST) -> bool:
    """Return whether `node` is a docstring, an import, a type, the name of a row, or an error message."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Raise, ast.JoinedStr)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        written = ast.unparse(node)
        return any(word in written for word in ("TypeAlias", "TypeVar", "_AN_INSTANT"))
    if not isinstance(parent, ast.Call) or node is parent.func:
        return False
    return ast.unparse(parent.func) == "_refuse" or (ast.unparse(parent.func) == "Row" and node is parent.args[0])


def _alternatives(node: ast.stmt | ast.expr) -> Iterator[ast.stmt | ast.expr]:
    """Yield replacements of `node` that simulate mistakes."""
    yield from _with_another_operator(node)
    yield from _with_a_part_missing(node)
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)):
            yield ast.Constant(value + "~")
        case ast.If():
            yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.Call(func=ast.Name(id="min" | "max" as name)):
            yield ast.Call(ast.Name("max" if name == "min" else "min", ast.Load()), node.args, node.keywords)
        case ast.Call(func=ast.Name(id="sorted")):
            yield ast.Call(ast.Name("list", ast.Load()), node.args[:1], [])
        case ast.Return(value=ast.Tuple(elts=[first, second])):
            yield ast.Return(ast.Tuple([second, first], ast.Load()))


def _with_another_operator(node: ast.stmt | ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            for other in SWAPS[type(operator)]:
                yield ast.Compare(left, [other()], [right])
        case ast.BoolOp(op=operator, values=values):
            for other in SWAPS[type(operator)]:
                yield ast.BoolOp(other(), values)
        case ast.BinOp(left=left, op=operator, right=right):
            for other in SWAPS.get(type(operator), ()):
                yield ast.BinOp(left, other(), right)


def _with_a_part_missing(node: ast.stmt | ast.expr) -> Iterator[ast.stmt | ast.expr]:
    match node:
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.BoolOp(op=operator, values=values):
            for value in values:
                rest = [other for other in values if other is not value]
                yield ast.BoolOp(operator, rest) if len(rest) > 1 else rest[0]
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case ast.ListComp(elt=elt, generators=[loop]):
            for test in loop.ifs:
                rest = [other for other in loop.ifs if other is not test]
                yield ast.ListComp(elt, [ast.comprehension(loop.target, loop.iter, rest, 0)])
        case ast.Return(value=ast.expr()):
            yield ast.Return(ast.Constant(None))
        case ast.If() | ast.For() | ast.Expr() | ast.Assign() | ast.AugAssign() | ast.Continue():
            yield ast.Pass()


def _short(node: ast.AST) -> str:
    written = " ".join(ast.unparse(node).split())
    return written if len(written) <= 100 else f"{written[:97]}..."


class _Room(MetaPathFinder, Loader):
    """An import hook that loads the modules of the package from code in memory."""

    def __init__(self, codes: dict[str, CodeType]) -> None:
        self._codes = codes

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Return the spec of `fullname` if it is the package or one of its modules."""
        ours = fullname == ROOM or fullname.startswith(f"{ROOM}.")
        return ModuleSpec(fullname, self, is_package=fullname == ROOM) if ours else None

    def exec_module(self, module: ModuleType) -> None:
        """Execute the code of `module`."""
        name = "__init__" if module.__name__ == ROOM else module.__name__.rpartition(".")[2]
        exec(self._codes[name], module.__dict__)  # noqa: S102 - runs the mutated code


def survives(codes: dict[str, CodeType], document: dict[str, Any]) -> bool:
    """Return whether the package with `codes` returns the expected result for every vector of `document`."""
    finder = _Room(codes)
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[:2] == ROOM.split(".")}
    sys.meta_path.insert(0, finder)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_ALLOWED)
    try:
        decide = importlib.import_module(ROOM).decide
        return all(_answers(decide, vector) for vector in document["vectors"]) and all(
            _refuses(decide, refusal) for refusal in document["refusals"]
        )
    except Exception:  # any exception kills the mutant
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.split(".")[:2] == ROOM.split(".")]:
            del sys.modules[name]
        sys.modules.update(kept)


def _answers(decide: Callable[[Any], Any], vector: dict[str, Any]) -> bool:
    decision = decide(vector["input"])
    policies = {policy["id"]: policy for policy in decision["policies"]}
    expected = [(decision, vector["expect"])]
    expected += [(policies[name], members) for name, members in vector["expect_policies"].items()]
    return not any(got[name] != value for got, members in expected for name, value in members.items())


def _refuses(decide: Callable[[Any], Any], refusal: dict[str, Any]) -> bool:
    try:
        decide(refusal["input"])
    except ShapeError as wrong:
        return bool(wrong.path == refusal["path"])
    return False


def _late(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def main() -> int:
    """Test every mutant, print the results, and return the exit code."""
    document = json.loads((FOLDER / "vectors.json").read_text("utf-8"))
    signal.signal(signal.SIGALRM, _late)
    if not survives(ORIGINAL, document):
        print("the original does not keep the vectors")
        return 1
    made, survivors = 0, []
    for mutant in mutants():
        made += 1
        if survives({**ORIGINAL, mutant.module: mutant.code}, document):
            survivors.append(mutant)
    known = [mutant for mutant in survivors if mutant.key in EQUIVALENT]
    told_apart = made - len(known)
    killed = made - len(survivors)
    for mutant in survivors:
        line, column, other = mutant.key
        print(f"survived in {mutant.module}: {line}\n  from column {column}: {other}")
        print(f"  {EQUIVALENT.get(mutant.key, 'no vector distinguishes it')}")
    print(f"{len(document['vectors'])} vectors, {len(document['refusals'])} refusals")
    print(f"{made} mutants, {len(known)} of them equivalent; of the others {killed} killed ({killed / told_apart:.1%})")
    return 0 if killed == told_apart else 1


if __name__ == "__main__":
    sys.exit(main())
