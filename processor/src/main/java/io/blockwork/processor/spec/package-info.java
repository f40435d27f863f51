/** What the user wrote, as immutable records, and the rules that it must obey. */
@NullMarked
package io.blockwork.processor.spec;

import org.jspecify.annotations.NullMarked;
