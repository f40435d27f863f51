/** The command that names what is in pictures. */
@NullMarked
package io.blockwork.examples.predict;

import org.jspecify.annotations.NullMarked;
