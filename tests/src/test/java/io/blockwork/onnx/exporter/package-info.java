/** Exported networks, held to ONNX's rules and to what ONNX Runtime computes of them. */
@NullMarked
package io.blockwork.onnx.exporter;

import org.jspecify.annotations.NullMarked;
