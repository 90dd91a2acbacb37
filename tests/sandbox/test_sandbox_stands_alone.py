import ast
from pathlib import Path

SANDBOX = Path(__file__).parents[2] / "connectors" / "sandbox"


def test_the_sandbox_shares_no_code_with_the_connectors():
    modules = sorted(SANDBOX.rglob("*.py"))
    assert len(modules) > 20
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "", "." * node.level] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name.startswith("connectors.sandbox") or not name.startswith(("connectors", "orchestration", "."))
                assert own, f"{module.name} imports {name}"


def test_the_readme_names_every_file_a_world_may_hold():
    from connectors.sandbox.world import KNOWN_FILES

    text = (SANDBOX / "README.md").read_text()
    for vendor, files in KNOWN_FILES.items():
        for file in files:
            assert f"`{vendor}/{file}`" in text, file
