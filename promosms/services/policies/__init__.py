"""The policies: promises, versions, answers about cookies."""
