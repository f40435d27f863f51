/**
 * Graphs as text: the processor writes that of a network beside its class, so that others have it
 * at run time.
 */
@NullMarked
package io.blockwork.graph.text;

import org.jspecify.annotations.NullMarked;
