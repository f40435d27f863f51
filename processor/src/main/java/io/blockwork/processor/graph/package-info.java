/**
 * Networks as graphs of operations. An architecture is a function from spec to graph and knows
 * nothing of emission.
 */
@NullMarked
package io.blockwork.processor.graph;

import org.jspecify.annotations.NullMarked;
