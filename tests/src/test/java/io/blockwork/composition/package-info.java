/** The composition language: expressions, blocks from elsewhere, and the networks written in it. */
@NullMarked
package io.blockwork.composition;

import org.jspecify.annotations.NullMarked;
