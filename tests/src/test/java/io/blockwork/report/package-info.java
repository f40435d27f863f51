/** The sheet that shows a network: what it says, and how a browser lays it out. */
@NullMarked
package io.blockwork.report;

import org.jspecify.annotations.NullMarked;
