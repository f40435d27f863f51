/**
 * A network as a graph of operations: built with {@link io.blockwork.graph.GraphBuilder}, with a
 * shape on every edge.
 */
@NullMarked
package io.blockwork.graph;

import org.jspecify.annotations.NullMarked;
