/** Graphs, their shapes and what is known of operations. */
@NullMarked
package io.blockwork.graph;

import org.jspecify.annotations.NullMarked;
