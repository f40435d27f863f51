/**
 * What stands in an ONNX file, read with a budget: nothing is taken into memory on the file's word,
 * and weights stay in the file until somebody asks for them.
 */
@NullMarked
package io.blockwork.onnx.file;

import org.jspecify.annotations.NullMarked;
