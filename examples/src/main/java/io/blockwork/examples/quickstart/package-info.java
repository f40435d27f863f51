/** The quickstart: from an annotated interface to a trained network in under a minute. */
@NullMarked
package io.blockwork.examples.quickstart;

import org.jspecify.annotations.NullMarked;
