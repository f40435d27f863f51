/** Each transform on small networks. */
@NullMarked
package io.blockwork.processor.transforms;

import org.jspecify.annotations.NullMarked;
