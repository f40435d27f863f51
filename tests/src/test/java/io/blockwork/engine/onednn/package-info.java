/** Tests of the oneDNN engine, against sums written out and against the plain engine. */
@NullMarked
package io.blockwork.engine.onednn;

import org.jspecify.annotations.NullMarked;
