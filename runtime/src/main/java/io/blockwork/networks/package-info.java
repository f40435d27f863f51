/**
 * Well-known networks in the composition language: blocks that stand beside {@link
 * io.blockwork.Model}, and those that they are made of, for networks of one's own.
 */
@NullMarked
package io.blockwork.networks;

import org.jspecify.annotations.NullMarked;
