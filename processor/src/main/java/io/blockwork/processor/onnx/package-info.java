/** Networks from ONNX files: finding them, and copying their weights. */
@NullMarked
package io.blockwork.processor.onnx;

import org.jspecify.annotations.NullMarked;
