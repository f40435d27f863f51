/**
 * The sheet that shows a compiled network to people: one HTML page that needs nothing else. It is
 * drawn from the same graph and memory plan as the generated code.
 */
@NullMarked
package io.blockwork.processor.report;

import org.jspecify.annotations.NullMarked;
