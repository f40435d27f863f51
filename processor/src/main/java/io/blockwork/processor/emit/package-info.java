/** Prints plans as Java. Everything is decided before; what stands here is only how it reads. */
@NullMarked
package io.blockwork.processor.emit;

import org.jspecify.annotations.NullMarked;
