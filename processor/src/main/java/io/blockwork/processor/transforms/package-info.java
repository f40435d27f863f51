/**
 * What the compiler does to a network: fuse and fold operations, differentiate, and plan memory.
 * Each transform is a pure function from graph to graph, or from graph to plan.
 */
@NullMarked
package io.blockwork.processor.transforms;

import org.jspecify.annotations.NullMarked;
