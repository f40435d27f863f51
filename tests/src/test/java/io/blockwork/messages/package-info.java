/** What users are told when something is wrong. */
@NullMarked
package io.blockwork.messages;

import org.jspecify.annotations.NullMarked;
