/** Each transform on small networks. */
@NullMarked
package io.blockwork.graph.transforms;

import org.jspecify.annotations.NullMarked;
