/** What the compiler makes of networks: sizes of code and memory. */
@NullMarked
package io.blockwork.compiler;

import org.jspecify.annotations.NullMarked;
