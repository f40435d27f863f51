/** Tests of the Winograd convolutions, on guarded memory, against the definition in double. */
@org.jspecify.annotations.NullMarked
package io.blockwork.engine.winograd;
