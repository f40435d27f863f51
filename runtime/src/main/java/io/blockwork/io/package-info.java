/** What every part needs of the world outside: texts that are safe to show. */
@NullMarked
package io.blockwork.io;

import org.jspecify.annotations.NullMarked;
