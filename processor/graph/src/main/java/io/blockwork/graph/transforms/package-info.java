/**
 * What the compiler does to a graph before it plans memory: each transform is a pure function from
 * graph to graph, right for every graph, whatever reads a value and wherever it is an output.
 */
@NullMarked
package io.blockwork.graph.transforms;

import org.jspecify.annotations.NullMarked;
