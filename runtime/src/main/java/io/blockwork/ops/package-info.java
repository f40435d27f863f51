/**
 * The operations that the nodes of a network compute: an annotation each, named and defaulted as
 * torch's module. A node is an interface nested in a {@link io.blockwork.Model} or a {@link
 * io.blockwork.Block}; shapes in the documentation are those of one image.
 */
@NullMarked
package io.blockwork.ops;

import org.jspecify.annotations.NullMarked;
