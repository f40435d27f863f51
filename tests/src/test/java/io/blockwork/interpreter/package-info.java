/**
 * Says what is right for any graph: each operation by its definition, in double, without any
 * transform, fusion or memory plan, and the gradients by recording every single sum.
 */
@NullMarked
package io.blockwork.interpreter;

import org.jspecify.annotations.NullMarked;
