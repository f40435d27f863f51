/**
 * Well-known networks in the composition language, with torchvision's parameter names, so that
 * published weights load; and two of the families written in it once more.
 */
@NullMarked
package io.blockwork.examples.composed;

import org.jspecify.annotations.NullMarked;
