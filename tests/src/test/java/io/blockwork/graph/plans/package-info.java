/** The memory plans of small networks. */
@NullMarked
package io.blockwork.graph.plans;

import org.jspecify.annotations.NullMarked;
