/**
 * When everything runs and where it lies: reverse-mode differentiation, liveness, and slots of
 * memory. What may not share memory is copied or added up; rules hold every plan to that.
 */
@NullMarked
package io.blockwork.graph.plans;

import org.jspecify.annotations.NullMarked;
