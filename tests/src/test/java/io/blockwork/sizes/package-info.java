/** One network, with one set of weights, compiled for images of several sizes. */
@NullMarked
package io.blockwork.sizes;

import org.jspecify.annotations.NullMarked;
