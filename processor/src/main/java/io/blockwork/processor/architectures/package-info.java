/** The architectures: each is a function from spec to graph, and knows nothing of emission. */
@NullMarked
package io.blockwork.processor.architectures;

import org.jspecify.annotations.NullMarked;
