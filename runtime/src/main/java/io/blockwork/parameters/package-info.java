/**
 * The parameters of a network, their gradients, the memory that both lie in, and the values that
 * they start with.
 *
 * <p>They stand below engines and weight files, which read and write them, and below networks,
 * which have them; nothing here knows any of these.
 */
@NullMarked
package io.blockwork.parameters;

import org.jspecify.annotations.NullMarked;
