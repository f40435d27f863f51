/** Networks from ONNX files, and into them. */
@NullMarked
package io.blockwork.onnx;

import org.jspecify.annotations.NullMarked;
