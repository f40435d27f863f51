/** Tests of the norms of slices. */
@org.jspecify.annotations.NullMarked
package io.blockwork.engine.norm;
