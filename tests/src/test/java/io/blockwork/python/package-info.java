/** Other people's tools, for tests that hold ours to them where they are installed. */
@org.jspecify.annotations.NullMarked
package io.blockwork.python;
