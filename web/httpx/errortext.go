package httpx

import "net/http"

func titleOf(status int) string {
	switch status {
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		return "This request cannot be used"
	case http.StatusNotFound:
		return "Page not found"
	case http.StatusConflict:
		return "This cannot be done now"
	case http.StatusForbidden:
		return "Not allowed"
	case http.StatusUnauthorized:
		return "Sign in first"
	case http.StatusMethodNotAllowed:
		return "This address cannot be used that way"
	case http.StatusRequestEntityTooLarge:
		return "That is too large"
	case http.StatusTooManyRequests:
		return "Too many attempts"
	case http.StatusServiceUnavailable:
		return "Not available just now"
	}
	if status < http.StatusInternalServerError {
		return "This request cannot be used"
	}
	return "Something went wrong"
}

// textOf is the sentence for an error that the router or the server made.
func textOf(status int) string {
	switch status {
	case http.StatusNotFound:
		return "There is no page at this address. Check the address, or start from the navigation."
	case http.StatusForbidden:
		return "Your role does not allow this. Nothing was changed. Ask an administrator if you need it."
	case http.StatusUnauthorized:
		return "You are not signed in, or your session has ended. Nothing was changed. Sign in and try again."
	case http.StatusMethodNotAllowed:
		return "The address is right, but it does not answer to this kind of request. Nothing was changed."
	case http.StatusRequestEntityTooLarge:
		return "What was sent is larger than this page takes. Nothing was changed."
	case http.StatusTooManyRequests:
		return "There were too many attempts from here. Wait a minute and try again."
	case http.StatusMisdirectedRequest:
		return "This server does not answer under the name that was asked for."
	case http.StatusServiceUnavailable:
		return "This is not available just now. Nothing was changed; try again in a minute."
	}
	if status < http.StatusInternalServerError {
		return "The request could not be read. Nothing was changed. Go back, reload the page and try again."
	}
	return internalText
}
