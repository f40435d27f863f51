package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.Shape;

/**
 * A value of the ONNX graph.
 *
 * @param name its name
 * @param shape of one image
 * @param vector whether ONNX has it as {@code [N, C]}, not as {@code [N, C, H, W]}
 */
record Value(String name, Shape shape, boolean vector) {}
