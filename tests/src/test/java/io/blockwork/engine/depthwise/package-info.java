/** Tests of depthwise convolutions as machine code. */
@NullMarked
package io.blockwork.engine.depthwise;

import org.jspecify.annotations.NullMarked;
