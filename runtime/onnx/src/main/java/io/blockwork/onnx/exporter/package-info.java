/**
 * Networks into ONNX files. {@link io.blockwork.onnx.exporter.OnnxExport} is where to begin; {@link
 * io.blockwork.onnx.exporter.GraphNodes} goes through a graph, {@link
 * io.blockwork.onnx.exporter.OperationNodes} and the classes that it uses know what each operation
 * becomes, and {@link io.blockwork.onnx.exporter.ModelFile} writes.
 */
@NullMarked
package io.blockwork.onnx.exporter;

import org.jspecify.annotations.NullMarked;
