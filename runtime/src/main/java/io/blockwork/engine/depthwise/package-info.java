/** Depthwise convolutions as machine code for literal shapes. */
@NullMarked
package io.blockwork.engine.depthwise;

import org.jspecify.annotations.NullMarked;
