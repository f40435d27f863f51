/** The README and what a user's project makes of it. */
@NullMarked
package io.blockwork.readme;

import org.jspecify.annotations.NullMarked;
