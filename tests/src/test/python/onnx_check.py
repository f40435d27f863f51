"""Holds ONNX files to the checker of Python's onnx, shapes included.

python3 onnx_check.py FOLDER: checks every *.onnx in the folder, prints what is wrong, file by file, and the count.
"""

import pathlib
import sys

import onnx

files = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
for file in files:
    try:
        onnx.checker.check_model(str(file), full_check=True)
    except Exception as error:  # all that the checker finds is shown
        print(f"{file.name}: {error}")
print(f"{len(files)} files checked by onnx {onnx.__version__}")
