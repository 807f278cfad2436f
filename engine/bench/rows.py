"""Our engine on models of rows beside onnxruntime and rten: texts, images or tokens a second, GMAC a second, memory, and the share of
hashing. Prints the tables of docs/benchmarks.md; `scripts/minilm.sh speed` sets it up and runs it.

all-MiniLM-L6-v2 is the real model in each engine. MobileNetV2 and, elsewhere than in ours, SmolLM2-135M have random weights, on which
speed doesn't depend. Each engine runs in a process of its own, all of a row by turns, round by round, so that a busy machine slows
them alike; what is printed is the median of all times, and the shortest.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import graphs
import minilm

VOCABULARY = 30_522
# Sentences or images of a batch, and tokens of each; prompts, and what is appended to them.
MINILM = [(count, tokens) for tokens in (32, 256) for count in (1, 8, 64)]
MOBILENET = [(1, 1), (8, 1)]
SMOLLM = [("prompt", 256), ("next", 256)]


def given(what, count, tokens):
    """Inputs of an ONNX graph."""
    if what == "minilm":
        return minilm.inputs(np.random.default_rng(7).integers(0, VOCABULARY, (count, tokens)))
    if what == "mobilenet":
        return graphs.images(count)
    return graphs.tokens(tokens, 1) if what == "next" else graphs.tokens(0, tokens)


def onnxruntime_row(a):
    """Runs in a process of its own: prints what the Rust program prints."""
    path, what, count, tokens = a.onnxruntime
    model, inputs = minilm.session(path, a.threads), given(what, int(count), int(tokens))
    model.run(None, inputs)
    times, begin = [], time.perf_counter()
    while time.perf_counter() - begin < a.seconds or len(times) < 3:
        start = time.perf_counter()
        model.run(None, inputs)
        times.append(time.perf_counter() - start)
    # getrusage would count the process that this one was forked from.
    status = pathlib.Path("/proc/self/status").read_text().splitlines()
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    print(json.dumps({"times": times, "peak_kib": int(peak)}))


def measured(command):
    """What a process printed, or None if it failed: an engine may lack an operator."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        print(f"{' '.join(map(str, command))} failed: {done.stderr.strip()[-200:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def compare(a, case, engines):
    """Rows of a table: each engine's command several times, by turns."""
    runs = {name: [] for name in engines}
    for _ in range(a.rounds):
        for name, command in engines.items():
            if None not in runs[name]:
                runs[name].append(measured([*command, "--threads", a.threads, "--seconds", a.seconds]))
    rows = []
    for name, all_runs in runs.items():
        if None in all_runs:
            continue
        for kind, label in (("times", ""), ("committed", ", with commitment")):
            times = [seconds for run in all_runs for seconds in run.get(kind, [])]
            if times:
                rows.append({"case": case, "engine": name + label, "median": statistics.median(times), "least": min(times),
                             "peak_kib": max(run["peak_kib"] for run in all_runs), "mac": all_runs[0].get("mac")})
    print(f"{case}: " + ", ".join(f"{row['engine']} {1000 * row['median']:.2f} ms" for row in rows), flush=True)
    return rows


def minilm_rows(a, folder):
    files = minilm.files(folder, a.source)
    rows = []
    for count, tokens in MINILM:
        shape = ["--sequences", count, "--tokens", tokens, "--vocabulary", VOCABULARY]
        engines = {"Millrace": [a.rows, "--model", a.model, *shape]}
        for name, path in files.items():
            engines[name] = [sys.executable, __file__, "--onnxruntime", path, "minilm", count, tokens]
        for name in ("float", "int8 per tensor"):
            engines[f"rten {name}"] = [a.rows, "--model", files[f"onnxruntime {name}"], *shape]
        rows += compare(a, (count, "text" if count == 1 else "texts", tokens), engines)
    return rows


def mobilenet_rows(a, folder):
    paths = folder / "mobilenet.onnx", folder / "mobilenet.int8.onnx"
    graphs.mobilenet(paths[0])
    graphs.quantized_mobilenet(*paths)
    rows = []
    for count, tokens in MOBILENET:
        engines = {"Millrace": [a.rows, "--sequences", count]}
        for name, path in zip(("float", "int8, static"), paths):
            engines[f"onnxruntime {name}"] = [sys.executable, __file__, "--onnxruntime", path, "mobilenet", count, tokens]
            engines[f"rten {name}"] = [a.rows, "--model", path, "--sequences", count]
        rows += compare(a, (count, "image" if count == 1 else "images", 0), engines)
    return rows


def smollm_rows(a, folder):
    paths = folder / "smollm.onnx", folder / "smollm.int8.onnx"
    graphs.smollm(paths[0])
    graphs.dynamic(*paths)
    rows = []
    for what, tokens in SMOLLM:
        shape = ["--sequences", 1, "--tokens", tokens, "--vocabulary", graphs.VOCABULARY, *(["--decode"] if what == "next" else [])]
        engines = {"Millrace": [a.rows, "--model", a.smollm, *shape]}
        for name, path in zip(("float", "int8, dynamic"), paths):
            engines[f"onnxruntime {name}"] = [sys.executable, __file__, "--onnxruntime", path, what, 1, tokens]
        rows += compare(a, (tokens if what == "prompt" else 1, "tokens" if what == "prompt" else f"token after {tokens}", 0), engines)
    return rows


def table(rows):
    """A rate is by the median; the share of hashing by the shortest times, which others on the machine disturb least."""
    headings = ("case", "engine", "ms", "shortest", "a second", "GMAC/s", "to the best of the others", "hashing", "peak MiB")
    print("\n| " + " | ".join(headings) + " |\n" + "|---" * len(headings) + "|")
    for row in rows:
        same = [other for other in rows if other["case"] == row["case"]]
        own = row["engine"].startswith("Millrace")
        plain = next((other for other in same if other["engine"] == "Millrace"), None)
        rival = min((other["median"] for other in same if not other["engine"].startswith("Millrace")), default=None)
        count, unit, tokens = row["case"]
        committed = plain and row["engine"].endswith("commitment")
        cells = (f"{count} {unit}" + (f" of {tokens}" if tokens else ""), row["engine"], f"{1000 * row['median']:.2f}",
                 f"{1000 * row['least']:.2f}", f"{count / row['median']:,.1f}",
                 f"{plain['mac'] / row['median'] / 1e9:.0f}" if plain else "",
                 f"{rival / row['median']:.2f}" if own and rival else "",
                 f"{100 * (1 - plain['least'] / row['least']):.1f} %" if committed else "", f"{row['peak_kib'] / 1024:.0f}")
        print("| " + " | ".join(cells) + " |")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--source", type=pathlib.Path, help="the folder with MiniLM's model.safetensors")
    arguments.add_argument("--model", help="what millrace-model made of it")
    arguments.add_argument("--smollm", help="what millrace-model made of SmolLM2-135M; left out if there is none")
    arguments.add_argument("--rows", help="the program rows of this folder")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--seconds", type=float, default=2, help="of each run")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", nargs="*", choices=["minilm", "mobilenet", "smollm"], default=["minilm", "mobilenet", "smollm"])
    arguments.add_argument("--json", help="write every row here too")
    arguments.add_argument("--onnxruntime", nargs=4, help=argparse.SUPPRESS)
    a = arguments.parse_args()
    if a.onnxruntime:
        onnxruntime_row(a)
        return
    print(f"{a.threads} threads, {a.rounds} rounds of {a.seconds} s; load of the machine before: {os.getloadavg()[0]:.2f}. GMAC are "
          "those of the integer model for all, products of 16 with 8 bits counted twice.")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, of in (("minilm", minilm_rows), ("mobilenet", mobilenet_rows), ("smollm", smollm_rows)):
            if name in a.only and (name != "smollm" or a.smollm):
                rows += of(a, folder)
    table(rows)
    if a.json:
        pathlib.Path(a.json).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
