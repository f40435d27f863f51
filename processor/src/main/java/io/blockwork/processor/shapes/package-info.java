/** Infers the shape of every edge, and explains where and why a layer cannot run. */
@NullMarked
package io.blockwork.processor.shapes;

import org.jspecify.annotations.NullMarked;
