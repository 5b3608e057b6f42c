#!/usr/bin/env python3
"""What a program is made of, for a release; written anew each time, not kept.

    python3 .ci/dependencies.py sbom tawsim-cli > tawsim.cdx.json          # software bill of materials, CycloneDX 1.5
    python3 .ci/dependencies.py licences tawsim-cli > THIRD-PARTY.txt      # licences of all dependencies, with their texts

The crate may be any of the workspace. What is listed is what is built for x86-64 Linux. The same commit gives the same bytes.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = "x86_64-unknown-linux-gnu"
LICENCE_FILE = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense|ofl)", re.IGNORECASE)
# How each model that is part of a program is offered, as NOTICE says.
MODELS = {"conflict-ar": "MIT OR Apache-2.0", "news-ar": "CC-BY-SA-4.0"}


def cargo(*args):
    return subprocess.run(["cargo", *args], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def tree(crate, edges):
    """Names and versions of what `crate` is built of."""
    lines = cargo("tree", "--locked", "-p", crate, "-e", edges, "--target", TARGET, "--prefix", "none", "-f", "{p}").splitlines()
    words = (line.split() for line in lines if line.strip())
    return {(name, version.lstrip("v")) for name, version, *_ in words}


def resolved(crate):
    """The packages of `crate` by name and version, the edges between them, and those that run in the program."""
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET))
    running, all_of_it = tree(crate, "normal"), tree(crate, "normal,build")
    packages = {(p["name"], p["version"]): p for p in metadata["packages"] if (p["name"], p["version"]) in all_of_it}
    names = {p["id"]: key for key, p in packages.items()}
    edges = {}
    for node in metadata["resolve"]["nodes"]:
        if node["id"] not in names:
            continue
        of_build = (d["pkg"] for d in node["deps"] if any(kind["kind"] != "dev" for kind in d["dep_kinds"]))
        edges[names[node["id"]]] = sorted(names[id] for id in of_build if id in names)
    missing = all_of_it - packages.keys()
    assert not missing, f"cargo metadata does not know {missing}"
    return packages, edges, running


def checksums():
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(p["name"], p["version"]): p.get("checksum") for p in lock["package"]}


def purl(key):
    return f"pkg:cargo/{key[0]}@{key[1]}"


def licence_of(package):
    """The SPDX expression; old manifests separate by `/`."""
    return (package["license"] or "NOASSERTION").replace("/", " OR ")


def component(key, package, sums, running):
    entry = {
        "type": "library",
        "bom-ref": purl(key),
        "name": key[0],
        "version": key[1],
        "scope": "required" if key in running else "excluded",
        "licenses": [{"expression": licence_of(package)}],
        "purl": purl(key),
    }
    if sums.get(key):
        entry["hashes"] = [{"alg": "SHA-256", "content": sums[key]}]
    if package["repository"]:
        entry["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return entry


def bundled(packages):
    """What is inside crates and has a version of its own: SQLite, the models."""
    for (name, _), package in packages.items():
        folder = pathlib.Path(package["manifest_path"]).parent
        if name == "libsqlite3-sys":
            header = (folder / "sqlite3" / "sqlite3.h").read_text()
            version = re.search(r'#define SQLITE_VERSION\s+"([^"]+)"', header)[1]
            yield {"type": "library", "bom-ref": "sqlite", "name": "sqlite", "version": version,
                   "licenses": [{"license": {"name": "Public Domain"}}], "purl": f"pkg:generic/sqlite@{version}"}
        if name == "tawsim-tagger":
            for file in sorted((folder / "models").glob("*.tawsim")):
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                yield {"type": "machine-learning-model", "bom-ref": f"model-{file.stem}", "name": file.stem,
                       "version": package["version"], "hashes": [{"alg": "SHA-256", "content": digest}],
                       "licenses": [{"expression": MODELS[file.stem]}]}


def timestamp():
    said = os.environ.get("SOURCE_DATE_EPOCH")
    seconds = said or subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True,
                                     stdout=subprocess.PIPE, text=True).stdout
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def sbom(crate):
    packages, edges, running = resolved(crate)
    sums = checksums()
    own = next(key for key in packages if key[0] == crate)
    rest = [component(key, packages[key], sums, running) for key in sorted(packages) if key != own]
    program = component(own, packages[own], sums, running) | {"type": "application"}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"timestamp": timestamp(), "component": program},
        "components": rest + list(bundled(packages)),
        "dependencies": [{"ref": purl(key), "dependsOn": [purl(to) for to in edges[key]]} for key in sorted(edges)],
    }
    name = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"
    json.dump(document, sys.stdout, indent=1, ensure_ascii=False)
    print()


def licence_texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and LICENCE_FILE.match(file.name)]
    named = package.get("license_file")
    if named and (folder / named) not in files and (folder / named).is_file():
        files.append(folder / named)
    return [file.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip() for file in files]


def licences(crate):
    packages, _, running = resolved(crate)
    theirs = [key for key in sorted(running) if packages[key]["source"]]
    print((ROOT / "NOTICE").read_text())
    print(f"CRATES IN {crate.upper()}\n")
    for key in theirs:
        authors = ", ".join(packages[key]["authors"])
        print(f"{key[0]} {key[1]}: {licence_of(packages[key])}" + (f" ({authors})" if authors else ""))
    texts, without = {}, []
    for key in theirs:
        found = licence_texts(packages[key])
        for text in found:
            texts.setdefault(text, []).append(f"{key[0]} {key[1]}")
        if not found:
            without.append(f"{key[0]} {key[1]}: {licence_of(packages[key])}")
    print("\nCrates whose package has no text of its licence:\n" + "\n".join(without or ["none"]))
    for text, names in texts.items():
        print(f"\n{'=' * 80}\n{', '.join(names)}\n{'-' * 80}\n{text}")
    unknown = [key[0] for key in theirs if packages[key]["license"] is None]
    assert not unknown, f"no licence is stated by {unknown}"


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("sbom", "licences"):
        sys.exit(__doc__)
    {"sbom": sbom, "licences": licences}[sys.argv[1]](sys.argv[2])


main()
