/**
 * Networks into ONNX files. {@link io.blockwork.onnx.exporter.OnnxExport} is where to begin; {@link
 * io.blockwork.onnx.exporter.GraphNodes} goes through a graph, the classes beside it know what each
 * operation becomes, and {@link io.blockwork.onnx.exporter.ModelFile} writes.
 */
@NullMarked
package io.blockwork.onnx.exporter;

import org.jspecify.annotations.NullMarked;
