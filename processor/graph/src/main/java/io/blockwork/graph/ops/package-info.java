/**
 * The operations of a network: one file holds all that the compiler knows of one of them. {@link
 * io.blockwork.graph.ops.Op} lists what there is to know.
 */
@NullMarked
package io.blockwork.graph.ops;

import org.jspecify.annotations.NullMarked;
