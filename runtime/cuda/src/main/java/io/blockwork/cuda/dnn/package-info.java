/**
 * Convolutions by cuDNN's graph interface: a problem is described, cuDNN's heuristics propose
 * engines for it, and the first one that the numerics allow becomes a plan.
 */
@NullMarked
package io.blockwork.cuda.dnn;

import org.jspecify.annotations.NullMarked;
