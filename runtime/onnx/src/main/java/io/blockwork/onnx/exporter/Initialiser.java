package io.blockwork.onnx.exporter;

import io.blockwork.onnx.proto.TensorProto;

/**
 * A tensor of the model.
 *
 * @param header name, type and sizes
 * @param data the values
 */
record Initialiser(TensorProto header, TensorData data) {}
