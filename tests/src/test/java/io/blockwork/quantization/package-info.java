/** Inference in 8-bit integers. */
@NullMarked
package io.blockwork.quantization;

import org.jspecify.annotations.NullMarked;
