/** What tests do with Java itself: processes of their own, and the garbage collector. */
@NullMarked
package io.blockwork.jvm;

import org.jspecify.annotations.NullMarked;
